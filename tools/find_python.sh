#!/bin/sh
# Print the path of the Python with which to set up the project: $1 if given; otherwise that of the environment in the
# folder $2; otherwise the first of 3.11, 3.12 and 3.13 on PATH or in the folders of pyenv, uv, conda, Homebrew and
# python.org. It must be able to create a virtual environment, which neither a shim for another version nor Debian's
# Python without its venv package can do. With --all, print one Python of each version.

usable() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

if [ -n "$1" ] && [ "$1" != --all ]; then
    usable "$1" && command -v "$1" && exit 0
    echo "PYTHON must be a Python 3.11, 3.12 or 3.13 that can create virtual environments (module venv); got $1" >&2
    exit 1
fi

if [ -n "$2" ] && usable "$2/bin/python"; then
    echo "$2/bin/python"
    exit 0
fi

for version in 3.11 3.12 3.13; do
    for python in "$(command -v "python$version")" "$HOME"/.pyenv/versions/"$version"*/bin/"python$version" \
        "${UV_PYTHON_INSTALL_DIR:-$HOME/.local/share/uv/python}"/cpython-"$version"*/bin/"python$version" \
        "$HOME"/*conda3/bin/"python$version" "$HOME"/*conda3/envs/*/bin/"python$version" /usr/local/bin/"python$version" \
        /opt/homebrew/bin/"python$version" /Library/Frameworks/Python.framework/Versions/"$version"/bin/"python$version"; do
        if usable "$python"; then
            echo "$python"
            [ "$1" = --all ] && break
            exit 0
        fi
    done
done
[ "$1" = --all ] && exit 0
echo "No suitable Python was found: the project needs python3.11, python3.12 or python3.13 with the module venv" \
    "(on Debian and Ubuntu: apt install python3-venv). Install one, or give its path: make run PYTHON=/path/to/python3.12" >&2
exit 1
