"""Foods, what is in them, and how much a person needs: data and look-ups.

Floor 3. Knows no model and no patient: it turns foods and grams into nutrients, and a nutrient, an age
and a sex into the values that evidence holds. The table of foods ships as Parquet in `data/`.
"""
