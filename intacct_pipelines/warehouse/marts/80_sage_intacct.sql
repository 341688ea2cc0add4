-- The names that the public dbt package fivetran/dbt_sage_intacct (1.4) reads. An identifier is text where that package
-- joins it as text. What Intacct does not say on a row is read from the record it names; what we do not read is null.
CREATE VIEW sage_intacct.gl_account AS
SELECT
    account.company_id,
    account.record_no AS recordno,
    account.account_no AS accountno,
    account.title,
    account.account_type AS accounttype,
    account.normal_balance AS normalbalance,
    account.closing_type AS closingtype,
    account.category,
    NULL::text AS alternativeaccount,
    NULL::bigint AS categorykey,
    NULL::bigint AS closetoacctkey,
    NULL::bigint AS closingaccountno,
    NULL::text AS closingaccounttitle,
    NULL::bigint AS createdby,
    NULL::bigint AS modifiedby,
    account.is_class_required AS requireclass,
    NULL::boolean AS requirecustomer,
    account.is_department_required AS requiredept,
    NULL::boolean AS requireemployee,
    NULL::boolean AS requireitem,
    account.is_location_required AS requireloc,
    NULL::boolean AS requireproject,
    NULL::boolean AS requirevendor,
    NULL::boolean AS requirewarehouse,
    account.status,
    NULL::boolean AS taxable,
    account.created_at AS whencreated,
    account.modified_at AS whenmodified,
    account._deleted AS _fivetran_deleted,
    account._synced_at AS _fivetran_synced
FROM company.gl_account AS account;

CREATE VIEW sage_intacct.gl_batch AS
SELECT
    entry.company_id,
    entry.record_no::text AS recordno,
    entry.record_no AS batchno,
    entry.entry_date AS batch_date,
    entry.title AS batch_title,
    entry.journal,
    entry.module_key AS module,
    entry.reference_no AS referenceno,
    entry.state,
    entry.owner_entity_id AS megaentityid,
    NULL::bigint AS megaentitykey,
    entity.name AS megaentityname,
    NULL::bigint AS baselocation,
    NULL::bigint AS baselocation_no,
    NULL::bigint AS prbatchkey,
    NULL::date AS reversed,
    NULL::date AS reversedfrom,
    NULL::bigint AS reversedkey,
    NULL::text AS taximplications,
    NULL::bigint AS templatekey,
    NULL::text AS userinfo_loginid,
    NULL::bigint AS userkey,
    NULL::bigint AS createdby,
    NULL::bigint AS modifiedby,
    NULL::text AS modifiedbyid,
    entry.modified_at AS modified,
    entry.created_at AS whencreated,
    entry.modified_at AS whenmodified,
    entry._deleted AS _fivetran_deleted,
    entry._synced_at AS _fivetran_synced
FROM company.journal_entry AS entry
LEFT JOIN company.entity AS entity
    ON entity.company_id = entry.company_id AND entity.entity_id = entry.owner_entity_id;

CREATE VIEW sage_intacct.gl_detail AS
SELECT
    line.company_id,
    line.record_no::text AS recordno,
    line.batch_no::text AS batchkey,
    line.batch_no,
    line.batch_title,
    line.entry_date AS batch_date,
    line.book AS bookid,
    line.account_no AS accountno,
    account.title AS accounttitle,
    line.entry_date,
    line.entry_state,
    line.line_no,
    line.tr_type,
    line.amount,
    line.debit_amount AS debitamount,
    line.credit_amount AS creditamount,
    line.base_currency AS basecurr,
    line.currency,
    coalesce(line.trx_debit_amount, 0) - coalesce(line.trx_credit_amount, 0) AS trx_amount,
    line.trx_debit_amount AS trx_debitamount,
    line.trx_credit_amount AS trx_creditamount,
    line.department_id AS departmentid,
    department.title AS departmenttitle,
    line.location_id AS locationid,
    location.name AS locationname,
    line.class_id AS classid,
    class.name AS classname,
    line.vendor_id AS vendorid,
    vendor.name AS vendorname,
    line.customer_id AS customerid,
    customer.name AS customername,
    line.document_no AS recordid,
    line.document_no AS document,
    NULL::text AS docnumber,
    line.record_type AS recordtype,
    line.description,
    line.description AS entrydescription,
    NULL::text AS prdescription,
    NULL::numeric AS totaldue,
    NULL::numeric AS totalentered,
    NULL::numeric AS totalpaid,
    NULL::date AS whencreated,
    NULL::date AS whendue,
    NULL::date AS whenpaid,
    line.modified_at AS modified,
    line.modified_at AS whenmodified,
    line._deleted AS _fivetran_deleted,
    line._synced_at AS _fivetran_synced
FROM company.gl_detail AS line
LEFT JOIN marts.account_name AS account USING (company_id, account_no)
LEFT JOIN marts.department_name AS department USING (company_id, department_id)
LEFT JOIN marts.location_name AS location USING (company_id, location_id)
LEFT JOIN marts.class_name AS class USING (company_id, class_id)
LEFT JOIN marts.vendor_name AS vendor USING (company_id, vendor_id)
LEFT JOIN marts.customer_name AS customer USING (company_id, customer_id);

CREATE VIEW sage_intacct.ap_bill AS
SELECT
    bill.company_id,
    bill.record_no::text AS recordno,
    bill.record_type AS recordtype,
    bill.document_no AS recordid,
    bill.reference_no AS docnumber,
    bill.state,
    bill.vendor_id AS vendorid,
    bill.vendor_name AS vendorname,
    bill.description,
    bill.currency,
    bill.base_currency AS basecurr,
    bill.total_entered AS totalentered,
    bill.total_paid AS totalpaid,
    bill.total_due AS totaldue,
    bill.bill_date AS whencreated,
    bill.due_date AS whendue,
    bill.paid_date AS whenpaid,
    bill.gl_posting_date AS whenposted,
    bill.due_date - current_date AS due_in_days,
    NULL::text AS billtopaytocontactname,
    NULL::bigint AS billtopaytokey,
    NULL::text AS shiptoreturntocontactname,
    NULL::bigint AS shiptoreturntokey,
    bill.created_at AS auwhencreated,
    bill.modified_at AS whenmodified,
    bill._deleted AS _fivetran_deleted,
    bill._synced_at AS _fivetran_synced
FROM company.ap_bill AS bill;

CREATE VIEW sage_intacct.ap_bill_item AS
SELECT
    line.company_id,
    line.record_no::text AS recordno,
    line.bill_record_no::text AS recordkey,
    line.line_no,
    true AS lineitem,
    line.account_no AS accountno,
    account.title AS accounttitle,
    account.record_no AS accountkey,
    NULL::text AS offsetglaccountno,
    NULL::text AS offsetglaccounttitle,
    line.description AS entrydescription,
    line.amount,
    line.currency,
    line.base_currency AS basecurr,
    bill.exchange_rate,
    line.department_id AS departmentid,
    department.title AS departmentname,
    line.location_id AS locationid,
    location.name AS locationname,
    line.class_id AS classid,
    class.name AS classname,
    bill.vendor_id AS vendorid,
    bill.vendor_name AS vendorname,
    NULL::text AS customerid,
    NULL::text AS customername,
    NULL::text AS itemid,
    NULL::text AS itemname,
    NULL::text AS projectid,
    NULL::text AS projectname,
    NULL::bigint AS baselocation,
    NULL::boolean AS billable,
    NULL::boolean AS billed,
    NULL::bigint AS createdby,
    bill.record_type AS recordtype,
    bill.state,
    NULL::numeric AS totalpaid,
    NULL::numeric AS totalselected,
    bill.gl_posting_date AS entry_date,
    bill.created_at AS whencreated,
    line.modified_at AS whenmodified,
    line._synced_at AS _fivetran_synced
FROM company.ap_bill_line AS line
JOIN company.ap_bill AS bill
    ON bill.company_id = line.company_id AND bill.record_no = line.bill_record_no AND NOT bill._deleted
LEFT JOIN marts.account_name AS account ON account.company_id = line.company_id AND account.account_no = line.account_no
LEFT JOIN marts.department_name AS department
    ON department.company_id = line.company_id AND department.department_id = line.department_id
LEFT JOIN marts.location_name AS location
    ON location.company_id = line.company_id AND location.location_id = line.location_id
LEFT JOIN marts.class_name AS class ON class.company_id = line.company_id AND class.class_id = line.class_id
WHERE NOT line._deleted;

CREATE VIEW sage_intacct.ar_invoice AS
SELECT
    invoice.company_id,
    invoice.record_no::text AS recordno,
    invoice.record_type AS recordtype,
    invoice.document_no AS recordid,
    invoice.reference_no AS docnumber,
    invoice.state,
    invoice.customer_id AS customerid,
    invoice.customer_name AS customername,
    invoice.description,
    invoice.currency,
    invoice.base_currency AS basecurr,
    invoice.total_entered AS totalentered,
    invoice.total_paid AS totalpaid,
    invoice.total_due AS totaldue,
    invoice.invoice_date AS whencreated,
    invoice.due_date AS whendue,
    NULL::date AS whendiscount,
    invoice.paid_date AS whenpaid,
    invoice.gl_posting_date AS whenposted,
    invoice.due_date - current_date AS due_in_days,
    invoice.owner_entity_id AS megaentityid,
    entity.name AS megaentityname,
    NULL::text AS billtopaytocontactname,
    NULL::bigint AS billtopaytokey,
    NULL::text AS shiptoreturntocontactname,
    NULL::bigint AS shiptoreturntokey,
    NULL::bigint AS createdby,
    invoice.created_at AS auwhencreated,
    invoice.modified_at AS whenmodified,
    invoice._deleted AS _fivetran_deleted,
    invoice._synced_at AS _fivetran_synced
FROM company.ar_invoice AS invoice
LEFT JOIN company.entity AS entity
    ON entity.company_id = invoice.company_id AND entity.entity_id = invoice.owner_entity_id;

CREATE VIEW sage_intacct.ar_invoice_item AS
SELECT
    line.company_id,
    line.record_no::text AS recordno,
    line.invoice_record_no::text AS recordkey,
    line.line_no,
    true AS lineitem,
    line.account_no AS accountno,
    account.title AS accounttitle,
    account.record_no AS accountkey,
    NULL::text AS offsetglaccountno,
    NULL::text AS offsetglaccounttitle,
    line.description AS entrydescription,
    line.amount,
    line.currency,
    line.base_currency AS basecurr,
    invoice.exchange_rate,
    line.department_id AS departmentid,
    department.title AS departmentname,
    line.location_id AS locationid,
    location.name AS locationname,
    line.class_id AS classid,
    class.name AS classname,
    invoice.customer_id AS customerid,
    invoice.customer_name AS customername,
    line.item_id AS itemid,
    NULL::text AS itemname,
    NULL::text AS vendorid,
    NULL::text AS vendorname,
    NULL::text AS warehouseid,
    NULL::text AS warehousename,
    NULL::bigint AS baselocation,
    invoice.record_type AS recordtype,
    invoice.state,
    NULL::numeric AS totalpaid,
    NULL::numeric AS totalselected,
    invoice.gl_posting_date AS entry_date,
    invoice.created_at AS whencreated,
    line.modified_at AS whenmodified,
    line._synced_at AS _fivetran_synced
FROM company.ar_invoice_line AS line
JOIN company.ar_invoice AS invoice
    ON invoice.company_id = line.company_id AND invoice.record_no = line.invoice_record_no AND NOT invoice._deleted
LEFT JOIN marts.account_name AS account ON account.company_id = line.company_id AND account.account_no = line.account_no
LEFT JOIN marts.department_name AS department
    ON department.company_id = line.company_id AND department.department_id = line.department_id
LEFT JOIN marts.location_name AS location
    ON location.company_id = line.company_id AND location.location_id = line.location_id
LEFT JOIN marts.class_name AS class ON class.company_id = line.company_id AND class.class_id = line.class_id
WHERE NOT line._deleted;
