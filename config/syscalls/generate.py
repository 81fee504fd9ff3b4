#!/usr/bin/env python3
"""Writes the tables of system call numbers from the kernel's headers: run by hand when a kernel adds calls.

Source: asm/unistd.h of each architecture in Debian's linux-libc-dev and its -cross packages, and, for what is newer than
these, the numbers that all architectures share since Linux 5.1 (scripts/syscall.tbl of the kernel).

usage: generate.py X86_INCLUDE ARM64_INCLUDE ARM_INCLUDE   (folders that hold asm/)
"""

import json
import pathlib
import re
import subprocess
import sys

# One number for all architectures: syscall.tbl of Linux 6.2 to 6.18.
NEWER = {
    "cachestat": 451, "fchmodat2": 452, "map_shadow_stack": 453, "futex_wake": 454, "futex_wait": 455,
    "futex_requeue": 456, "statmount": 457, "listmount": 458, "lsm_get_self_attr": 459, "lsm_set_self_attr": 460,
    "lsm_list_modules": 461, "mseal": 462, "setxattrat": 463, "getxattrat": 464, "listxattrat": 465,
    "removexattrat": 466, "open_tree_attr": 467, "file_getattr": 468, "file_setattr": 469, "listns": 470,
}
X32_BIT = 0x40000000
ARM_PRIVATE = {"breakpoint": 0xF0001, "cacheflush": 0xF0002, "usr26": 0xF0003, "usr32": 0xF0004, "set_tls": 0xF0005}


def table(include, header, defines=()):
    text = subprocess.run(
        ["gcc", "-E", "-dM", "-nostdinc", *defines, f"-I{include}", "-include", header, "-x", "c", "/dev/null"],
        check=True, capture_output=True, text=True).stdout
    macros = dict(re.findall(r"^#define (\w+) (.+)$", text, re.M))
    def value(words):
        words = re.sub(r"\b(__\w+)\b", lambda m: f"({value(macros[m[1]])})" if m[1] in macros else "0", words)
        return eval(re.sub(r"\bU?L?L?\b", "", words), {"__builtins__": {}})  # sums of numbers
    return {name[5:]: value(words) for name, words in macros.items() if name.startswith("__NR_")}


def main():
    x86, arm64, arm = sys.argv[1:]
    tables = {
        "x86_64": table(x86, "asm/unistd_64.h"),
        "x86": table(x86, "asm/unistd_32.h"),
        "x32": table(x86, "asm/unistd_x32.h", ("-D__X32_SYSCALL_BIT=0x40000000",)),
        "aarch64": table(arm64, "asm/unistd.h", ("-D__aarch64__", "-D__BITS_PER_LONG=64")),
        "arm": table(arm, "asm/unistd.h", ("-D__ARM_EABI__",)),
    }
    for arch, numbers in tables.items():
        numbers = {k: v for k, v in numbers.items() if not k.startswith(("SYSCALL_", "OABI_", "syscalls")) and k != "arch_specific_syscall"}
        for name, number in NEWER.items():
            numbers[name] = number + (X32_BIT if arch == "x32" else 0)
        if arch == "arm":
            numbers |= ARM_PRIVATE
        ordered = dict(sorted(numbers.items(), key=lambda each: (each[1], each[0])))
        path = pathlib.Path(__file__).with_name(f"{arch}.json")
        path.write_text(json.dumps(ordered, indent="\t") + "\n")
        print(path.name, len(ordered), "last", max(ordered.values()))


main()
