import type {Stdio} from '../host/host.ts';
import {preservedFrom} from '../step/verbs/exec.ts';

/** The descriptors of a program, and from {@link preservedFrom} on those that its command is to have from 3 on. */
export function withPreserved(stdio: readonly Stdio[], preserved: readonly number[] = []): readonly Stdio[] {
	if (preserved.length === 0) return stdio;
	return [...Array.from({length: preservedFrom}, (_, fd) => stdio[fd] ?? 'ignore'), ...preserved];
}
