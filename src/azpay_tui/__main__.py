"""Start the program."""


def main() -> None:
    """Run ``azpay``."""
    from azpay_tui.bootstrap import main as run

    run()


if __name__ == "__main__":
    main()
