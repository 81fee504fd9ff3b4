import {join} from 'node:path';

/** The tsbox program: that of the checkout, or the executable of build-exe.mjs that TSBOX_EXE names. */
export const program = process.env['TSBOX_EXE'] ?? join(import.meta.dirname, '../../bin/tsbox');
