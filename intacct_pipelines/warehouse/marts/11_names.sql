-- Names by the ids that lines carry, one each: of a name that was given away and used anew, the living one.
CREATE VIEW marts.account_name AS
SELECT DISTINCT ON (company_id, account_no) company_id, account_no, record_no, title
FROM company.gl_account ORDER BY company_id, account_no, _deleted, record_no DESC;

CREATE VIEW marts.department_name AS
SELECT DISTINCT ON (company_id, department_id) company_id, department_id, title
FROM company.department ORDER BY company_id, department_id, _deleted, record_no DESC;

CREATE VIEW marts.location_name AS
SELECT DISTINCT ON (company_id, location_id) company_id, location_id, name
FROM company.location ORDER BY company_id, location_id, _deleted, record_no DESC;

CREATE VIEW marts.class_name AS
SELECT DISTINCT ON (company_id, class_id) company_id, class_id, name
FROM company.accounting_class ORDER BY company_id, class_id, _deleted, record_no DESC;

CREATE VIEW marts.vendor_name AS
SELECT DISTINCT ON (company_id, vendor_id) company_id, vendor_id, name
FROM company.vendor ORDER BY company_id, vendor_id, _deleted, record_no DESC;

CREATE VIEW marts.customer_name AS
SELECT DISTINCT ON (company_id, customer_id) company_id, customer_id, name
FROM company.customer ORDER BY company_id, customer_id, _deleted, record_no DESC;
