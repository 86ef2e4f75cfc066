"""`python -m osseo.cli`, for machines where the `osseo` script is not on the path."""

from osseo.cli import main

if __name__ == "__main__":
    main()
