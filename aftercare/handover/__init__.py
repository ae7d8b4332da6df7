"""A person takes over: who has a conversation, who waits for somebody, and how it goes back.

Like everything that is said, each change holds the conversation (aftercare/conversations.py), so
two staff members who press at once are served one after the other. The bot is silent where a
handover is in the state WITH_PERSON; gateway/inbox.py keeps messages from it.
"""
