"""Start the program."""

import sys

from azpay_tui.launch import isolate


def main() -> int:
    """Run ``azpay`` with the arguments of the process and return its exit code."""
    try:
        isolate()
    except OSError as error:
        print(
            f"azpay cannot start anew without PYTHON*, TEXTUAL_* and SSLKEYLOGFILE: {error.strerror}. Unset them.",
            file=sys.stderr,
        )
        return 1
    # Imported only now: nothing may read the environment before it is clean.
    from azpay_tui.bootstrap import main as run

    return run(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(main())
