"""Door: REST API v1. One blueprint a resource; `http.py` is what every route goes through."""
