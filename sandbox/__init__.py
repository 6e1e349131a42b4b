"""A stand-in Telegram on this machine: Bot API server and a chat page in the browser.

For the first run and for tests. It imports nothing of ours, so that the bot can only meet it over HTTP.
"""
