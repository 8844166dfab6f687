"""Recurrent networks: the written-out cells, the classifier, the catalogue, and what they answer.

Importing this package does not import torch; its modules do, except ``catalog``.
"""
