/** Backups of the stack on this machine, and their restore on an empty one. */
@NullMarked
package dev.whetstone.cli.backup;

import org.jspecify.annotations.NullMarked;
