"""Start the program."""

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    # The directory where somebody stands when he says `python -m azpay_tui`: what lies there is no part of the program.
    del sys.path[0]

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
