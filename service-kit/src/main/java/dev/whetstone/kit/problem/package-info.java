/** REST errors as application/problem+json (RFC 9457). */
@NullMarked
package dev.whetstone.kit.problem;

import org.jspecify.annotations.NullMarked;
