grant insert on ops.audit to c360_identity;
