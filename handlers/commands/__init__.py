"""The commands of ``wenzheng``; heavy imports stand inside their functions."""
