"""Surveys in progress. What is asked is data of the programme (services.programmes.surveys)."""
