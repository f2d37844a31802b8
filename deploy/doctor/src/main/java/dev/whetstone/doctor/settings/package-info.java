/** The settings of the services that are checked, read as the services read them. */
@NullMarked
package dev.whetstone.doctor.settings;

import org.jspecify.annotations.NullMarked;
