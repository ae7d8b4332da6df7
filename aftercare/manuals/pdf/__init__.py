"""Reads PDF files with PDFium: words, lines, columns, tables, headings, pictures."""
