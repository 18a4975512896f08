"""Door: REST API v1. `routes.py` gives each operation its path; `http.py` is what every route goes through."""
