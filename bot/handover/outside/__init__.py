"""Teams that work elsewhere: a helpdesk, or a structure answering from its mailbox."""
