"""What a variant changes, as a picture: both networks, with what differs in colour."""
