/** The start of a service, and what is said when it fails. */
@NullMarked
package dev.whetstone.kit.start;

import org.jspecify.annotations.NullMarked;
