"""Running Relais: its set-up, its parts and the supervisor that keeps them up."""
