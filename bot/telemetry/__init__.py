"""What the processes tell of themselves: log lines and traces; codes and times, nothing of anybody."""
