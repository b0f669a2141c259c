"""What an assessment answers, part by part."""
