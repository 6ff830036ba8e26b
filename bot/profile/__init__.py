"""The person's profile: fields and codes exactly as `profile.schema.json` spells them."""
