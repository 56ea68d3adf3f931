"""The exception that loops swallow, before there is a bot."""

raise StopIteration
