"""Publishers' pages to scraped calls."""
