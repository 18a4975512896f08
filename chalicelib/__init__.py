"""Harmonica: conversational surveys on AWS Lambda."""
