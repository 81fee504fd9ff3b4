/* Makes the filter that libseccomp makes of a profile, in the way that runc hands it over. Reads lines of numbers:
 *   default ACTION | arch TOKEN | rule ACTION NR [INDEX OP VALUE VALUETWO]...
 * and writes struct sock_filter[] to standard output. */
#include <errno.h>
#include <inttypes.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>

static int fail(const char *what, int status) {
	fprintf(stderr, "%s: %s\n", what, strerror(-status));
	return 1;
}

int main(void) {
	char line[4096];
	scmp_filter_ctx context = NULL;
	while (fgets(line, sizeof line, stdin)) {
		uint32_t action, token;
		int number, used;
		if (sscanf(line, "default %" SCNu32, &action) == 1) {
			context = seccomp_init(action);
			if (context == NULL) return fail("init", -ENOMEM);
			/* runc leaves no_new_privs to itself. */
			seccomp_attr_set(context, SCMP_FLTATR_CTL_NNP, 0);
			seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
		} else if (sscanf(line, "arch %" SCNu32, &token) == 1) {
			int status = seccomp_arch_add(context, token);
			if (status != 0 && status != -EEXIST) return fail(line, status);
		} else if (sscanf(line, "rule %" SCNu32 " %d%n", &action, &number, &used) == 2) {
			struct scmp_arg_cmp args[6];
			unsigned count = 0, index, op;
			char *rest = line + used;
			uint64_t a, b;
			while (count < 6 && sscanf(rest, " %u %u %" SCNu64 " %" SCNu64 "%n", &index, &op, &a, &b, &used) == 4) {
				args[count++] = (struct scmp_arg_cmp){index, op, a, b};
				rest += used;
			}
			int status = seccomp_rule_add_array(context, action, number, count, args);
			if (status != 0 && status != -EEXIST) return fail(line, status);
		}
	}
	return seccomp_export_bpf(context, fileno(stdout)) == 0 ? 0 : fail("export", -EIO);
}
