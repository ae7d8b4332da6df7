"""The public door: website API, turns with the bot, live events, manuals and the demo page."""
