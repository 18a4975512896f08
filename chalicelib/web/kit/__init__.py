"""What all doors for browsers share: HTTP, languages and texts, identity cookies, templates and the design system."""
