#!/bin/sh
# scripts/setup.sh run|test - makes .venv ready for the editor, or for tests and training as well.
# Does nothing when .venv already matches pyproject.toml, constraints.txt and this checkout's place.
# TORCH=cuda takes PyPI's CUDA build of torch in place of the CPU build (several GB).
set -eu
cd "$(dirname "$0")/.."

wanted=${1:-run}
case "$wanted" in
    run) extras= ;;
    test) extras='[train,test]' ;;
    *) echo "usage: scripts/setup.sh run|test" >&2; exit 2 ;;
esac
torch_build=${TORCH:-cpu}
case "$torch_build" in cpu | cuda) ;; *) echo "smis-studio: TORCH is cpu or cuda, not '$torch_build'." >&2; exit 2 ;; esac

if ! command -v python3 >/dev/null 2>&1 || ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "smis-studio: Python 3.11 or newer is needed as python3." >&2
    exit 1
fi

python=.venv/bin/python
state=$( { cat pyproject.toml constraints.txt; pwd; echo "$torch_build"; python3 --version; } | sha256sum | cut -d ' ' -f 1)
stamp=.venv/.ready-for-$wanted
[ "$(cat "$stamp" 2>/dev/null || true)" = "$state" ] && [ -x "$python" ] && exit 0

scripts/system_libs.sh

if ! [ -x "$python" ] || ! "$python" -m pip --version >/dev/null 2>&1; then
    rm -rf .venv
    python3 -m venv .venv
fi
# A moved checkout leaves scripts in .venv/bin that point to its old place.
if ! head -n 1 .venv/bin/pip 2>/dev/null | grep -qF "$PWD/.venv/bin/"; then
    rm -rf .venv
    python3 -m venv .venv
fi

echo "Installing Python packages into .venv (once; a few minutes) ..."
log=.venv/setup.log
: >"$log"
pip() {
    PIP_DISABLE_PIP_VERSION_CHECK=1 "$python" -m pip "$@" >>"$log" 2>&1
}
fail() {
    tail -n 25 "$log" >&2
    echo "smis-studio: pip could not install $1 (the log: $log)." >&2
    exit 1
}

# torch first and on its own: the CPU build is a tenth of the CUDA build that the plain name takes on Linux.
torch_version=$(sed -n 's/^torch==//p' constraints.txt)
if [ "$torch_build" = cpu ] && [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ]; then
    pip install "torch==$torch_version+cpu" -c constraints.txt ||
        pip install "torch==$torch_version+cpu" -c constraints.txt --extra-index-url https://download.pytorch.org/whl/cpu ||
        fail "the CPU build of torch $torch_version"
elif [ "$torch_build" = cuda ] && ! "$python" -c 'import torch; assert torch.version.cuda' 2>/dev/null; then
    pip install --force-reinstall --no-deps "torch===$torch_version" -c constraints.txt || fail "torch $torch_version"
fi
pip install -c constraints.txt -e ".$extras" || fail "the packages of pyproject.toml"
# The first start should not have to compile the program.
"$python" -m compileall -q main.py app model || true

echo "$state" >"$stamp"
# The tests' set-up is the editor's and more.
[ "$wanted" = test ] && echo "$state" >.venv/.ready-for-run
exit 0
