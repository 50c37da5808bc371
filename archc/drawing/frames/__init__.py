"""What a lecturer clicks through: a drawing built step by step, and single parts of it lit."""
