"""Playing conversations through the whole pipeline: scripted (`relais replay`) or typed (`relais chat`)."""
