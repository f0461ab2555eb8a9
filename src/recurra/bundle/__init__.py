"""A trained model as a folder that can be copied, and opened on another machine.

config.json          what the model is, and which recurra wrote it; has a format number
model.safetensors    its weights: numbers only, nothing that could be executed
tokenizers/*.json    its vocabularies, in the format of Hugging Face tokenizers
README.md            the model's card, for people
"""

from recurra.bundle.card import CardFacts, card_text
from recurra.bundle.folder import Bundle, load_bundle, open_folder, save_bundle, save_weights
from recurra.bundle.refusals import damage_is_said
from recurra.bundle.weights import check_finite, check_weights, checksum

__all__ = [
    "Bundle",
    "CardFacts",
    "card_text",
    "check_finite",
    "check_weights",
    "checksum",
    "damage_is_said",
    "load_bundle",
    "open_folder",
    "save_bundle",
    "save_weights",
]
