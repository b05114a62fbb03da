#!/bin/sh
# Brings Chromium and a Chinese font for the browser tests, where apt and the rights are at hand.
# Elsewhere it says what is missing; those tests are then skipped with the same reason.
set -eu
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if ! command -v apt-get >/dev/null 2>&1; then
    echo "no Chromium and no apt-get: install Chromium by hand to run the browser tests" >&2
    exit 0
fi
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        echo "no Chromium and no rights to install it: run  sudo apt-get install chromium fonts-noto-cjk" >&2
        exit 0
    fi
    as_root="sudo"
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
$as_root apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null
