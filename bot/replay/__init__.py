"""Playing conversations through the whole pipeline: scripted ones (`relais replay`) and one typed here (`relais chat`)."""
