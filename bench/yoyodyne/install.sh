#!/usr/bin/env bash
# Installs yoyodyne into an environment of its own, bench/work/yoyodyne-venv, beside the torch that recurra is run with.
# yoyodyne also asks for torchvision and torchaudio, which it never imports. They are taken out again: torchmetrics
# imports torchvision when it is there, and PyPI's does not load beside a CPU build of torch.
set -euo pipefail
cd "$(dirname "$0")/../.."

venv=bench/work/yoyodyne-venv
[ -e "$venv/.installed" ] && exit 0
mkdir -p bench/work
"${PYTHON:-python3}" -m venv --clear "$venv"
# shellcheck disable=SC2086  # PIP_EXTRA is a list of options, as in the Makefile
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -c constraints.txt ${PIP_EXTRA:-} \
    torch yoyodyne==0.5.27
"$venv/bin/python" -m pip uninstall --quiet --yes torchvision torchaudio
touch "$venv/.installed"
