#!/bin/sh
# Sees to what pip cannot install: Python's venv module, the system libraries that PySide6-Essentials links against
# (window, X11, Wayland and offscreen platforms), and one font. As root with apt-get it installs what is missing;
# otherwise it prints the one line to run, and fails.
# The list is what ldd names on the Qt libraries and platform plugins of PySide6 6.12; docs/decisions/0008 says how to redo it.
set -eu

# shared library -> Debian package
TABLE='
libEGL.so.1 libegl1
libGL.so.1 libgl1
libglib-2.0.so.0 libglib2.0-0
libgthread-2.0.so.0 libglib2.0-0
libdbus-1.so.3 libdbus-1-3
libfontconfig.so.1 libfontconfig1
libfreetype.so.6 libfreetype6
libz.so.1 zlib1g
libzstd.so.1 libzstd1
libxkbcommon.so.0 libxkbcommon0
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libX11.so.6 libx11-6
libX11-xcb.so.1 libx11-xcb1
libxcb.so.1 libxcb1
libxcb-cursor.so.0 libxcb-cursor0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-image.so.0 libxcb-image0
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-randr.so.0 libxcb-randr0
libxcb-render.so.0 libxcb-render0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-shape.so.0 libxcb-shape0
libxcb-shm.so.0 libxcb-shm0
libxcb-sync.so.1 libxcb-sync1
libxcb-util.so.1 libxcb-util1
libxcb-xfixes.so.0 libxcb-xfixes0
libxcb-xkb.so.1 libxcb-xkb1
libwayland-client.so.0 libwayland-client0
libwayland-cursor.so.0 libwayland-cursor0
libwayland-egl.so.1 libwayland-egl1
'

[ "$(uname -s)" = Linux ] || exit 0

# What is missing, as package names in $packages and as library names in $names.
find_missing() {
    known=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null || true)
    packages= names=
    while read -r library package; do
        [ -n "$library" ] || continue
        case "$known" in *"	$library "*) ;; *)
            names="$names $library"
            case " $packages " in *" $package "*) ;; *) packages="$packages $package" ;; esac ;;
        esac
    done <<EOF
$TABLE
EOF
    if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
        packages="$packages python3-venv" names="$names venv"
    fi
    if [ -z "$(find -L /usr/share/fonts /usr/local/share/fonts "$HOME/.fonts" "$HOME/.local/share/fonts" \
            \( -name '*.ttf' -o -name '*.otf' -o -name '*.ttc' -o -name '*.pfb' \) -print 2>/dev/null | head -n 1)" ]; then
        packages="$packages fonts-dejavu-core" names="$names a-font"
    fi
}

find_missing
[ -n "$packages" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "smis-studio: this system lacks$names; install them with its package manager (on Debian:$packages) and try again." >&2
    exit 1
fi
if [ "$(id -u)" != 0 ]; then
    # The packages go on one line that can be pasted.
    echo "smis-studio: system packages are missing. Run this line, then try again:" >&2
    echo "sudo apt-get update && sudo apt-get install -y --no-install-recommends$packages" >&2
    exit 1
fi

echo "Installing system packages:$packages"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086  # a list of names
if ! { apt-get update && apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $packages; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "smis-studio: apt-get could not install$packages (its last lines are above)." >&2
    exit 1
fi
find_missing
if [ -n "$packages" ]; then
    echo "smis-studio: apt-get ended well, yet still missing:$names." >&2
    exit 1
fi
