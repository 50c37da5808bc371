"""What all styles of drawing share: shapes with their places, the slide they stand on, and files."""
