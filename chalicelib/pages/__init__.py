"""Door: the hosted pages."""
