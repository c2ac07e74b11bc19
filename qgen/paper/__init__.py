"""Question and solution papers: templates -> blocks -> pages -> PDF."""
