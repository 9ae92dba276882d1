#!/bin/sh
# Print the Python to set the project up with: $1 if it is given, else that of the environment in the folder $2, else the
# first of 3.11, 3.12 and 3.13 on the path or in the folders of pyenv, uv, conda, Homebrew and python.org. It must be able to
# make a virtual environment: a shim of another version, or Debian's Python without its package venv, cannot.
# With --all, print one of each version.

usable() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

if [ -n "$1" ] && [ "$1" != --all ]; then
    usable "$1" && command -v "$1" && exit 0
    echo "PYTHON must be a Python 3.11, 3.12 or 3.13 that can make virtual environments (module venv); got $1" >&2
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
echo "No Python was found to set the project up with: python3.11, python3.12 and python3.13 were looked for, each with its module venv" \
    "(on Debian and Ubuntu: apt install python3-venv). Install one, or name it: make run PYTHON=/path/to/python3.12" >&2
exit 1
