#!/bin/sh
# Opens the editor. Without a display it says so and names the command that needs none.
set -eu
cd "$(dirname "$0")/.."

if [ "$(uname -s)" = Linux ] && [ -z "${DISPLAY:-}" ] && [ -z "${WAYLAND_DISPLAY:-}" ] && [ -z "${QT_QPA_PLATFORM:-}" ]; then
    example=$(ls assets/examples/*.png | head -n 1)
    echo "smis-studio: no display (DISPLAY and WAYLAND_DISPLAY are unset). Without a screen, use: .venv/bin/python main.py render $example -o picture.png" >&2
    exit 1
fi
exec .venv/bin/python main.py "$@"
