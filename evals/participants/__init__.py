"""Simulated participants: none of them is a person, and every report says so."""

from evals.participants.participant import PERSONAS, Participant, Persona, Said
from evals.participants.scripted import Scripted

__all__ = ["PERSONAS", "Participant", "Persona", "Said", "Scripted"]
