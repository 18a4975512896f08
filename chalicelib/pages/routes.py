"""Routes of the hosted pages."""

from chalice.app import Blueprint

routes = Blueprint(__name__)
