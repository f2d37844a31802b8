/** What a check found, how it is told, and how checks are run. */
@NullMarked
package dev.whetstone.doctor.report;

import org.jspecify.annotations.NullMarked;
