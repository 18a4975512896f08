"""Regions of AWS, by the names that AWS gives them for people."""

from functools import cache

import botocore.loaders


@cache
def name_region(region: str) -> str:
    """Returns the code of a region with what AWS calls it, such as "eu-central-1, Europe (Frankfurt)"; of one that botocore does not
    know, the code alone."""
    partitions = botocore.loaders.create_loader().load_data("partitions")["partitions"]
    described = {code: row.get("description", "") for it in partitions for code, row in it["regions"].items()}
    return ", ".join(filter(None, (region, described.get(region))))
